"""The films of the README: which frames stay, in what colors, and for how long."""

import io

import numpy as np
import readme_animation
from PIL import Image, ImageSequence


def frames_of(source):
    """[(picture, seconds)] of an animated file."""
    with Image.open(source) as film:
        return [
            (frame.convert("RGB"), frame.info.get("duration", 0) / 1000)
            for frame in ImageSequence.Iterator(film)
        ]


def test_frames_that_stand_too_short_or_say_nothing_new_are_left_out():
    black, gray, white = (Image.new("RGB", (4, 4), color) for color in ("black", "gray", "white"))
    painted = [(0.0, black), (0.3, black), (0.5, gray), (0.52, white), (0.8, black)]
    thinned = readme_animation.thinned(painted)
    assert [picture.getpixel((0, 0))[0] for picture, _ in thinned] == [0, 255, 0]
    assert [round(seconds, 2) for _, seconds in thinned] == [0.5, 0.3, readme_animation.REST]


def test_the_frequent_colors_of_a_film_are_exact_and_it_keeps_its_time():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (20, 60, 3), dtype=np.uint8)
    pictures = []
    for color in ([255, 255, 255], [0, 114, 178], [213, 94, 0]):
        pixels = np.full((60, 60, 3), color, dtype=np.uint8)
        pixels[:20] = noise
        pictures.append(Image.fromarray(pixels))
    seconds = [0.25, 0.1, 2.5]
    frames = frames_of(
        io.BytesIO(readme_animation.animated(list(zip(pictures, seconds, strict=True))))
    )
    assert [duration for _, duration in frames] == seconds
    assert [picture.getpixel((30, 40)) for picture, _ in frames] == [
        (255, 255, 255),
        (0, 114, 178),
        (213, 94, 0),
    ]
    assert np.abs(np.asarray(frames[0][0])[:20].astype(int) - noise).mean() < 40
