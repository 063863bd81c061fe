job "web" {
  group "web" {
    network {
      mode = "bridge"
    }
    task "web" {
      driver = "podman"
      resources {
        cpu    = 500
        memory = 256
      }
      config {
        image = "registry.example/web:1"
      }
    }
  }
}
