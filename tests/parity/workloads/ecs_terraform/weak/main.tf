resource "aws_ecs_task_definition" "web" {
  family = "web"
  requires_compatibilities = ["EC2"]
  network_mode = "host"
  container_definitions = jsonencode([
    {
      name = "web",
      image = "registry.example/web:1",
      essential = true,
      memory = 256,
      privileged = true,
      mountPoints = [
        {
          sourceVolume = "engine",
          containerPath = "/var/run/docker.sock"
        }
      ]
    }
  ])
  volume {
    name      = "engine"
    host_path = "/var/run/docker.sock"
  }
}
