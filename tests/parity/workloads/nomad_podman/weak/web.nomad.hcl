job "web" {
  group "web" {
    task "web" {
      driver = "podman"
      resources {
        cpu    = 500
        memory = 256
      }
      config {
        image        = "registry.example/web:1"
        network_mode = "host"
        privileged   = true
        volumes      = ["/var/run/docker.sock:/var/run/docker.sock"]
      }
    }
  }
}
