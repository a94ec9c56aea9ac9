package dev.pbq.hub;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads files of one commit into the cache, several at a time. The links of the snapshot are
 * made when all contents are complete, in the order given, so that the last file marks a complete
 * snapshot.
 */
final class SnapshotDownload {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotDownload.class);

  private final HubApi api;
  private final CachedRepository cached;
  private final BlobDownload download;
  private final String what;
  private final int atOnce;
  private final DownloadListener listener;

  SnapshotDownload(
      HubApi api,
      CachedRepository cached,
      BlobDownload download,
      String what,
      int atOnce,
      DownloadListener listener) {
    this.api = api;
    this.cached = cached;
    this.download = download;
    this.what = what;
    this.atOnce = atOnce;
    this.listener = listener;
  }

  /**
   * Downloads what is missing.
   *
   * @return the snapshot's folder
   * @throws PbqException RESOURCES if the disk is too small, before anything is downloaded;
   *     whatever a file's download throws
   */
  Path run(String commit, List<RemoteFile> files) {
    Path blobs = cached.blobs();
    Map<RemoteFile, Path> targets = new LinkedHashMap<>();
    for (RemoteFile file : files) {
      RemoteFile described = api.describe(file, commit);
      targets.put(described, blobs.resolve(described.etag().orElseThrow()));
    }
    requireOwnNames(targets.keySet());
    List<Map.Entry<RemoteFile, Path>> missing =
        targets.entrySet().stream().filter(e -> !Files.exists(e.getValue())).toList();
    if (!missing.isEmpty()) {
      long bytes = bytesToCome(missing, blobs);
      requireDisk(blobs, bytes);
      listener.begin(what, missing.size(), bytes);
      fetchAll(missing);
      listener.end();
    }
    targets.forEach((file, blob) -> cached.link(commit, file.path(), blob));
    return cached.snapshot(commit);
  }

  /**
   * Refuses a hub that has one name for different contents: one file would stand for the other.
   * Names that are hashes are checked after the download; equal files share theirs.
   */
  private void requireOwnNames(Set<RemoteFile> files) {
    Map<String, RemoteFile> named = new HashMap<>();
    for (RemoteFile file : files) {
      RemoteFile other = named.putIfAbsent(file.etag().orElseThrow(), file);
      boolean hash = file.sha256().isPresent() || file.etag().orElseThrow().matches("[0-9a-f]{40}");
      if (other != null && !(hash && other.size().equals(file.size()))) {
        throw PbqException.badData(
            "%s: the hub gives %s and %s the same ETag".formatted(what, other.path(), file.path()));
      }
    }
  }

  private static long bytesToCome(List<Map.Entry<RemoteFile, Path>> missing, Path blobs) {
    long bytes = 0;
    for (Map.Entry<RemoteFile, Path> entry : missing) {
      bytes += Math.max(0, entry.getKey().size().orElse(0) - partialBytes(blobs, entry.getValue()));
      if (bytes < 0) {
        return Long.MAX_VALUE; // More than can be counted is more than there is room for.
      }
    }
    return bytes;
  }

  private static long partialBytes(Path blobs, Path blob) {
    long largest = 0;
    try (DirectoryStream<Path> partial =
        Files.newDirectoryStream(blobs, blob.getFileName() + ".pbq-*.incomplete")) {
      for (Path file : partial) {
        largest = Math.max(largest, Files.size(file));
      }
      return largest;
    } catch (IOException e) {
      throw PbqException.resources("cannot read the hub cache " + blobs, e);
    }
  }

  private void requireDisk(Path blobs, long bytes) {
    try {
      long free = Files.getFileStore(blobs).getUsableSpace();
      if (bytes > free) {
        throw new PbqException(
            PbqException.Kind.RESOURCES,
            "not enough disk space in "
                + blobs
                + " for "
                + what
                + ": "
                + bytes
                + " bytes to download, "
                + free
                + " free");
      }
    } catch (IOException e) {
      throw PbqException.resources("cannot tell the free space of " + blobs, e);
    }
  }

  private void fetchAll(List<Map.Entry<RemoteFile, Path>> missing) {
    ExecutorService workers = Executors.newFixedThreadPool(atOnce, daemon());
    try {
      ExecutorCompletionService<Void> running = new ExecutorCompletionService<>(workers);
      List<Future<Void>> all = new ArrayList<>();
      for (Map.Entry<RemoteFile, Path> entry : missing) {
        all.add(
            running.submit(
                () -> {
                  download.fetch(entry.getKey(), entry.getValue());
                  return null;
                }));
      }
      for (int i = 0; i < all.size(); i++) {
        running.take().get();
      }
    } catch (InterruptedException e) {
      throw Retries.interrupted(what, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PbqException known) {
        throw known;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(what + ": the download failed", e.getCause());
    } finally {
      stop(workers);
    }
  }

  /** Ends the other downloads after a failure: what they have so far is kept for the next run. */
  private static void stop(ExecutorService workers) {
    workers.shutdownNow();
    try {
      if (!workers.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("a download does not stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static ThreadFactory daemon() {
    return work -> {
      Thread thread = new Thread(work, "pbq-download");
      thread.setDaemon(true);
      return thread;
    };
  }
}
