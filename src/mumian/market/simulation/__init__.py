"""What the simulator is made of: a scene that remembers what there is, habits that say sensible things, mischief."""
