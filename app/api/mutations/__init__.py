"""The root fields that change, one aggregate a module: inputs, payloads, and the mutations that translate."""
