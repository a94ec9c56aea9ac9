package dev.pbq.hub;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * Downloads one file into the cache's blobs. An interrupted download continues where it stopped, by
 * a range request, or from the start if the server ignores the range and answers 200 instead of
 * 206. The bytes are checked against the hub's hash before the file gets the blob's name.
 */
final class BlobDownload {
  static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int PARTIAL_CONTENT = 206;
  private static final int CHUNK = 1 << 18;

  /** Files of which nobody says how long they are, are small ones. */
  private static final long MOST_UNSTATED = 1L << 30;

  /** Whole downloads with a wrong hash before it is the hub that is wrong. */
  private static final int WRONG_HASHES = 2;

  private final HubApi api;
  private final String commit;
  private final Retries retries;
  private final DownloadListener listener;
  private final String repository;

  BlobDownload(
      HubApi api, String commit, Retries retries, DownloadListener listener, String repository) {
    this.api = api;
    this.commit = commit;
    this.retries = retries;
    this.listener = listener;
    this.repository = repository;
  }

  /**
   * Downloads a file unless its blob is in the cache.
   *
   * @param file with its etag
   * @param blob where it goes
   * @throws PbqException NOT_FOUND if it cannot be had; BAD_DATA if its hash is wrong; RESOURCES if
   *     it cannot be written
   */
  void fetch(RemoteFile file, Path blob) {
    if (Files.exists(blob)) {
      return;
    }
    try (PartialFile partial =
        PartialFile.acquire(blob.getParent(), blob.getFileName().toString())) {
      int wrong = 0;
      while (!Files.exists(blob)) {
        receive(file, partial);
        Optional<String> difference = difference(file, partial);
        if (difference.isEmpty()) {
          partial.complete(blob);
          return;
        }
        listener.received(file.path(), -partial.size());
        partial.clear();
        if (++wrong == WRONG_HASHES) {
          partial.delete();
          throw PbqException.badData(repository + ": " + file.path() + " " + difference.get());
        }
      }
      partial.delete();
    } catch (IOException e) {
      throw PbqException.resources("cannot write " + blob + ": " + Retries.reason(e), e);
    }
  }

  /** Receives until the file is whole; a try that brought something forward does not count. */
  private void receive(RemoteFile file, PartialFile partial) throws IOException {
    String what = repository + ": " + file.path();
    int tries = 0;
    while (true) {
      long before = partial.size();
      try {
        receiveOnce(file, partial);
        return;
      } catch (LocalFailure e) {
        throw e.cause();
      } catch (IOException e) {
        tries = partial.size() > before ? 1 : tries + 1;
        retries.pause(what, tries, e);
      } catch (InterruptedException e) {
        throw Retries.interrupted(what, e);
      }
    }
  }

  private void receiveOnce(RemoteFile file, PartialFile partial)
      throws IOException, InterruptedException, LocalFailure {
    long have = partial.size();
    if (file.size().isPresent()) {
      if (have > file.size().getAsLong()) {
        have = restart(file, partial, have);
      } else if (have == file.size().getAsLong() && have > 0) {
        return;
      }
    }
    try (HubHttp.Reply reply = api.open(commit, file.path(), have)) {
      if (reply.status() == RANGE_NOT_SATISFIABLE) {
        restart(file, partial, have);
        throw new IOException("the server has no bytes from " + have + " on");
      }
      if (have > 0 && !continues(reply, have)) {
        restart(file, partial, have);
      }
      copy(file, reply, partial);
    }
    if (file.size().isPresent() && partial.size() != file.size().getAsLong()) {
      throw new IOException(
          "the connection ended after "
              + partial.size()
              + " of "
              + file.size().getAsLong()
              + " bytes");
    }
  }

  /**
   * Whether the answer holds only the bytes after those already downloaded, and not the whole file
   * again.
   */
  private static boolean continues(HubHttp.Reply reply, long have) {
    return reply.status() == PARTIAL_CONTENT
        && reply
            .header("Content-Range")
            .filter(r -> r.startsWith("bytes " + have + "-"))
            .isPresent();
  }

  private long restart(RemoteFile file, PartialFile partial, long have) throws LocalFailure {
    try {
      partial.clear();
    } catch (IOException e) {
      throw new LocalFailure(e);
    }
    listener.received(file.path(), -have);
    return 0;
  }

  private void copy(RemoteFile file, HubHttp.Reply reply, PartialFile partial)
      throws IOException, LocalFailure {
    long most = file.size().orElse(MOST_UNSTATED);
    byte[] buffer = new byte[CHUNK];
    InputStream body = reply.body();
    long left = Math.max(0, most - partial.size());
    while (true) {
      // One byte more than belongs there tells that there are too many.
      int n = body.read(buffer, 0, (int) Math.min(buffer.length, left + 1));
      if (n < 0) {
        return;
      }
      if (n > left) {
        restart(file, partial, partial.size());
        throw PbqException.badData(
            "%s: %s is longer than the %d bytes that %s"
                .formatted(
                    repository,
                    file.path(),
                    most,
                    file.size().isPresent() ? "the hub states" : "are read without a stated size"));
      }
      try {
        partial.append(ByteBuffer.wrap(buffer, 0, n));
      } catch (IOException e) {
        throw new LocalFailure(e);
      }
      left -= n;
      listener.received(file.path(), n);
    }
  }

  /** What is wrong with the contents, if anything. */
  private static Optional<String> difference(RemoteFile file, PartialFile partial)
      throws IOException {
    if (file.sha256().isPresent()) {
      String sha = partial.digest(digest("SHA-256"), new byte[0]);
      return sha.equals(file.sha256().get())
          ? Optional.empty()
          : Optional.of("has sha256 " + sha + " where the hub states " + file.sha256().get());
    }
    if (file.gitBlob().isPresent() && file.gitBlob().get().matches("[0-9a-f]{40}")) {
      byte[] header = ("blob " + partial.size() + "\0").getBytes(StandardCharsets.US_ASCII);
      String sha = partial.digest(digest("SHA-1"), header);
      return sha.equals(file.gitBlob().get())
          ? Optional.empty()
          : Optional.of("has git hash " + sha + " where the hub states " + file.gitBlob().get());
    }
    return Optional.empty();
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }

  /** A failure of the disk, which no further try mends. */
  private static final class LocalFailure extends Exception {
    private static final long serialVersionUID = 1L;

    LocalFailure(IOException cause) {
      super(cause);
    }

    IOException cause() {
      return (IOException) getCause();
    }
  }
}
