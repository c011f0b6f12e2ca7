    # nothing
