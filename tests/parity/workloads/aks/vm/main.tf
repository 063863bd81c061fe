resource "azurerm_kubernetes_cluster" "shop" {
  name                = "shop"
  location            = "West Europe"
  resource_group_name = "shop"
  dns_prefix          = "shop"
  default_node_pool {
    name       = "system"
    vm_size    = "Standard_D4s_v5"
    node_count = 1
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "isolated" {
  name                  = "isolated"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.shop.id
  vm_size               = "Standard_D4s_v5"
  os_sku                = "AzureLinux"
  workload_runtime      = "KataVmIsolation"
}
