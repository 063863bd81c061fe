resource "google_container_cluster" "shop" {
  name     = "shop"
  location = "europe-west1"
}

resource "google_container_node_pool" "sandboxed" {
  name    = "sandboxed"
  cluster = google_container_cluster.shop.name
  node_config {
    image_type = "cos_containerd"
    sandbox_config {
      sandbox_type = "gvisor"
    }
  }
}
