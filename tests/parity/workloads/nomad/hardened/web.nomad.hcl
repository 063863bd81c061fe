job "web" {
  group "web" {
    network {
      mode = "bridge"
    }
    task "web" {
      driver = "docker"
      user   = "10001:10001"
      resources {
        cpu    = 500
        memory = 256
      }
      config {
        image           = "registry.example/web:1"
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges"]
        readonly_rootfs = true
        pids_limit      = 256
      }
    }
  }
}
