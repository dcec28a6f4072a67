"""What graders, students and classes are told: documents."""
