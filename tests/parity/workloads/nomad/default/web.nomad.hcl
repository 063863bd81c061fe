job "web" {
  group "web" {
    network {
      mode = "bridge"
    }
    task "web" {
      driver = "docker"
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
