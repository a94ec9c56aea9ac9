package dev.pbq.hub;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.TemporaryFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A temporary model folder whose weight files have the right length but only their headers (the
 * rest is a hole in the file): enough to plan a run, after a download of a few kilobytes.
 */
public final class HeaderFolder implements AutoCloseable {
  private static final int PREFIX = 8;
  private static final long MAX_HEADER = 100_000_000;

  private static final int MAX_SIDE_FILE = 100_000_000;

  private final TemporaryFolder root;
  private final Path path;

  private HeaderFolder(TemporaryFolder root) {
    this.root = root;
    this.path = root.path().resolve("model");
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  static HeaderFolder download(
      HubApi api, Retries retries, String commit, List<RemoteFile> files, Repository repository) {
    HeaderFolder folder;
    try {
      folder = new HeaderFolder(TemporaryFolder.create("headers"));
    } catch (IOException e) {
      throw PbqException.resources("cannot make a temporary folder: " + Retries.reason(e), e);
    }
    try {
      for (RemoteFile file : files) {
        RemoteFile described = api.describe(file, commit);
        retries.call(
            repository.describe() + ": " + file.path(),
            () -> {
              try (HubHttp.Reply reply = api.open(commit, file.path(), 0)) {
                folder.write(described, reply.body());
                return null;
              }
            });
      }
      return folder;
    } catch (RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  private void write(RemoteFile file, InputStream body) throws IOException {
    Path target = path.resolve(file.path());
    Files.createDirectories(target.getParent());
    try (FileChannel out =
        FileChannel.open(
            target,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      if (!file.path().endsWith(".safetensors")) {
        byte[] all = body.readNBytes(MAX_SIDE_FILE + 1);
        if (all.length > MAX_SIDE_FILE) {
          throw PbqException.badData(file.path() + " is longer than " + MAX_SIDE_FILE + " bytes");
        }
        out.write(ByteBuffer.wrap(all));
        return;
      }
      // The connection is dropped after the header; a range would do too, where it is heeded.
      byte[] prefix = body.readNBytes(PREFIX);
      long length =
          prefix.length < PREFIX
              ? -1
              : ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (length < 0 || length > MAX_HEADER) {
        throw PbqException.badData(file.path() + " is not a safetensors file");
      }
      byte[] header = body.readNBytes(Math.toIntExact(length));
      if (header.length < length) {
        throw new IOException("the connection ended within the header");
      }
      out.write(ByteBuffer.wrap(prefix));
      out.write(ByteBuffer.wrap(header));
      long size = file.size().orElse(0);
      if (size > out.position()) {
        stretch(file.path(), out, size);
      }
    }
  }

  /** The rest of the file is a hole; how large one may be is up to the file system. */
  private void stretch(String name, FileChannel out, long size) {
    try {
      out.write(ByteBuffer.allocate(1), size - 1);
    } catch (IOException e) {
      throw PbqException.resources(
          "%s: the hub states a size of %d bytes, more than a file in %s can have: %s"
              .formatted(name, size, path, Retries.reason(e)),
          e);
    }
  }

  @Override
  public void close() {
    try {
      root.close();
    } catch (IOException e) {
      throw PbqException.resources("cannot remove the temporary folder " + root.path(), e);
    }
  }
}
