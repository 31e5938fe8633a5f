"""Pages and doorways of the CSO's side."""
