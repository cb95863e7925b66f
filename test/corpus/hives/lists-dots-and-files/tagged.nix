{ deployment.tags = [ "imported" ]; }
