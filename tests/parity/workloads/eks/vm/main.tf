resource "aws_eks_cluster" "shop" {
  name     = "shop"
  role_arn = "arn:aws:iam::123456789012:role/shop"
}

resource "aws_eks_fargate_profile" "isolated" {
  cluster_name           = aws_eks_cluster.shop.name
  fargate_profile_name   = "isolated"
  pod_execution_role_arn = "arn:aws:iam::123456789012:role/pods"
  selector {
    namespace = "isolated"
  }
}
