package dev.pbq.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A blob that is not complete yet: {@code <etag>.pbq-<8 digits>.incomplete}, locked while it is
 * open. The name is unique, so that two processes never write to one file; a file that an earlier
 * run left, and that no process has locked, is continued.
 */
final class PartialFile implements AutoCloseable {
  private static final String MARK = ".pbq-";
  private static final String SUFFIX = ".incomplete";
  private static final int CHUNK = 1 << 20;

  private final Path path;
  private final FileChannel channel;

  private PartialFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * The largest file left by an earlier run that no process has locked, or a new one; the caller
   * closes it.
   */
  static PartialFile acquire(Path blobs, String etag) throws IOException {
    Optional<PartialFile> left = leftOver(blobs, etag);
    if (left.isPresent()) {
      return left.get();
    }
    byte[] name = new byte[4];
    new SecureRandom().nextBytes(name);
    Path path = blobs.resolve(etag + MARK + HexFormat.of().formatHex(name) + SUFFIX);
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (lock(channel).isEmpty()) {
      channel.close();
      throw new IOException("another process took " + path);
    }
    return new PartialFile(path, channel);
  }

  private static Optional<PartialFile> leftOver(Path blobs, String etag) throws IOException {
    PartialFile best = null;
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(blobs, etag + MARK + "*" + SUFFIX)) {
      for (Path file : files) {
        Optional<PartialFile> taken = take(file);
        if (taken.isEmpty()) {
          continue;
        }
        if (best == null || taken.get().size() > best.size()) {
          if (best != null) {
            best.close();
          }
          best = taken.get();
        } else {
          taken.get().close();
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private static Optional<PartialFile> take(Path file) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      // Whoever held it has finished.
      return Optional.empty();
    }
    if (lock(channel).isPresent() && Files.exists(file)) {
      return Optional.of(new PartialFile(file, channel));
    }
    channel.close();
    return Optional.empty();
  }

  /** The lock goes with the channel. */
  private static Optional<FileLock> lock(FileChannel channel) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException e) {
      // Another thread of this process holds it.
      return Optional.empty();
    }
  }

  /** Bytes that have been downloaded. */
  long size() throws IOException {
    return channel.size();
  }

  /** Forgets everything. */
  void clear() throws IOException {
    channel.truncate(0);
  }

  void append(ByteBuffer bytes) throws IOException {
    channel.position(channel.size());
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** The digest of the whole contents, after {@code prefix}, in hexadecimal digits. */
  String digest(MessageDigest digest, byte[] prefix) throws IOException {
    digest.update(prefix);
    byte[] buffer = new byte[CHUNK];
    channel.position(0);
    var in = Channels.newInputStream(channel);
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      digest.update(buffer, 0, n);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Makes it the blob. */
  void complete(Path blob) throws IOException {
    channel.force(true);
    Files.move(path, blob, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes it. */
  void delete() throws IOException {
    Files.deleteIfExists(path);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
