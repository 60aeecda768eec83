"""`rempart read`: posts and native exports in, statements out."""

from rempart.reading.exports import parse_posts
from rempart.reading.reader import PostReader
from rempart.records.lines import Reader, Rejects, Writer, lines_of, opened
from rempart.records.post import Post
from rempart.records.progress import progress
from rempart.records.references import Service


def read(
    file: str, writer: Writer, rejects: Rejects, *, default_service: Service | None, hashtag: str | None
) -> Reader[Post]:
    """Write the statement of every post of a file that belongs to the hashtag; the reader says what was read.

    Raises FileNotFoundError.
    """
    reader = Reader(Post, rejects, parse=parse_posts)
    posts = PostReader(default_service=default_service, hashtag=hashtag)
    with opened(file) as stream:
        for post in progress(reader.read(lines_of(stream)), what="posts"):
            if posts.keeps(post):
                writer.write(posts.read(post))
    return reader
