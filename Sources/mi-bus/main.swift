print("mi-bus")
