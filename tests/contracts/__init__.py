"""What holds for the code as a whole: its floors, its start, its tables, its repository."""
