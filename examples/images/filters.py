"""Filters of images with NumPy. The files are PPM: a line of text, then three bytes for each pixel."""

import numpy as np


def sharpen(source, target, kernel):
    """Convolves the image with the kernel and writes the result. Returns its brightness, 0 to 255."""
    image = _read(source).astype(np.float32)
    size = kernel.shape[0]
    padded = np.pad(image, ((size // 2, size // 2), (size // 2, size // 2), (0, 0)), mode="edge")
    height, width, _ = image.shape
    filtered = np.zeros_like(image)
    for y in range(size):
        for x in range(size):
            filtered += kernel[y, x] * padded[y : y + height, x : x + width]
    result = np.clip(np.rint(filtered), 0, 255).astype(np.uint8)
    with open(target, "wb") as file:
        file.write(b"P6 %d %d 255\n" % (width, height) + result.tobytes())
    return float(result.mean())


def _read(path):
    with open(path, "rb") as file:
        kind, width, height, _ = file.readline().split()
        if kind != b"P6":
            raise ValueError(f"{path} is no PPM image")
        return np.frombuffer(file.read(), dtype=np.uint8).reshape(int(height), int(width), 3)
