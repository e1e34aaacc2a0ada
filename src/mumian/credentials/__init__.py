"""Published formats in which an office states something that anyone can check without asking it: SD-JWT and SD-JWT VC."""
