job "web" {
  group "web" {
    task "web" {
      driver = "qemu"
      resources {
        cpu    = 500
        memory = 256
      }
      config {
        image_path  = "local/web.img"
        accelerator = "kvm"
      }
    }
  }
}
