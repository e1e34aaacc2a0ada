"""Rights: HOLD, USE and OPERATE registered apart, granted onward and never wider, revoked at the root and felt at every leaf."""
