"""What stands in a text and is not seen: the characters that steer a terminal, or a reader's eye."""

# Control characters (a terminal obeys them), and those that only format: they turn the direction of text or have no
# width, so that what is read is not what is there. Tab and line feed are neither.
STEERING = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
