[ { till = { }; } ]
