resource "aws_ecs_task_definition" "web" {
  family = "web"
  requires_compatibilities = ["FARGATE"]
  network_mode = "awsvpc"
  cpu = "256"
  memory = "512"
  container_definitions = jsonencode([
    {
      name = "web",
      image = "registry.example/web:1",
      essential = true,
      memory = 256,
      user = "10001",
      readonlyRootFilesystem = true,
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
