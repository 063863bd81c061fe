resource "aws_ecs_task_definition" "web" {
  family = "web"
  requires_compatibilities = ["EC2"]
  network_mode = "bridge"
  container_definitions = jsonencode([
    {
      name = "web",
      image = "registry.example/web:1",
      essential = true,
      memory = 256,
      user = "10001",
      readonlyRootFilesystem = true,
      dockerSecurityOptions = [
        "no-new-privileges"
      ],
      linuxParameters = {
        capabilities = {
          drop = [
            "ALL"
          ]
        }
      }
    }
  ])
}
