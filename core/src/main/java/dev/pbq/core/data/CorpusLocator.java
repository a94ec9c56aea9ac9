package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.environment.HuggingFacePaths;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the files of a data set: first in the data directory, then in the cache of the Hugging Face
 * hub; what neither has is fetched.
 */
public final class CorpusLocator {
  private final Optional<Path> dataDirectory;
  private final Path hubCache;
  private final DatasetFetcher fetcher;

  /**
   * @param environment environment variables; HF_HUB_CACHE, HF_HOME and XDG_CACHE_HOME are heeded
   * @param fetcher brings what neither the directory nor the cache has
   * @throws PbqException NOT_FOUND if the data directory does not exist
   */
  public CorpusLocator(
      Optional<Path> dataDirectory, Map<String, String> environment, DatasetFetcher fetcher) {
    dataDirectory.ifPresent(
        folder -> {
          if (!Files.isDirectory(folder)) {
            throw PbqException.notFound("data directory " + folder + " does not exist");
          }
        });
    this.dataDirectory = dataDirectory;
    this.hubCache = new HuggingFacePaths(environment).hubCache();
    this.fetcher = fetcher;
  }

  /**
   * The files of the split, in order; never empty.
   *
   * @throws PbqException NOT_FOUND telling where was looked for what
   */
  List<Path> find(Dataset dataset, String split) {
    return find(
        dataset.label(),
        split,
        dataset.files(split),
        dataset.hubRepositories(),
        dataset.hubFiles(split));
  }

  /**
   * The files of a split of any data set, in order; never empty.
   *
   * @param label the data set's name, for messages
   * @param files globs under the data directory, best first
   * @param hubRepositories where else it may be; what none has in the cache is fetched from the
   *     first
   * @param hubFiles globs under a snapshot of one of these
   * @throws PbqException NOT_FOUND telling where was looked for what
   */
  public List<Path> find(
      String label,
      String split,
      List<String> files,
      List<String> hubRepositories,
      List<String> hubFiles) {
    if (dataDirectory.isPresent()) {
      List<Path> found = firstMatch(dataDirectory.get(), files);
      if (!found.isEmpty()) {
        return found;
      }
    }
    for (String repository : hubRepositories) {
      for (Path snapshot : snapshots(hubFolder(repository))) {
        List<Path> found = firstMatch(snapshot, hubFiles);
        if (!found.isEmpty()) {
          return found;
        }
      }
    }
    return fetch(label, split, files, hubRepositories.get(0), hubFiles);
  }

  private List<Path> fetch(
      String label, String split, List<String> files, String repository, List<String> hubFiles) {
    try {
      Path snapshot = fetcher.fetch(repository, hubFiles);
      List<Path> found = firstMatch(snapshot, hubFiles);
      if (found.isEmpty()) {
        throw PbqException.notFound("nothing of it is in " + snapshot);
      }
      return found;
    } catch (PbqException e) {
      throw new PbqException(e.kind(), notFound(label, split, files, repository, e.wording()), e);
    }
  }

  private Wording notFound(
      String label, String split, List<String> files, String repository, Wording reason) {
    // Some callers look into the data directory themselves, and say so.
    String inDirectory =
        dataDirectory.isPresent() && files.isEmpty()
            ? ""
            : dataDirectory
                .map(d -> "in " + d + " for " + String.join(", ", files) + ", and ")
                .orElse("in no data directory (none given), and ");
    return Wording.of(
        "data set %s: no file of its %s split; looked %sin the hub cache %s for %s, and"
            + " downloading failed: %s; give {dataDir} (or PBQ_DATA), or a file in place of the"
            + " name",
        label, split, inDirectory, hubCache, hubFolder(repository).getFileName(), reason);
  }

  private Path hubFolder(String repository) {
    return hubCache.resolve("datasets--" + repository.replace("/", "--"));
  }

  /** The snapshot that refs/main names, then the others by name. */
  private static List<Path> snapshots(Path repository) {
    Path folder = repository.resolve("snapshots");
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<Path> snapshots = new ArrayList<>(list(folder, "*"));
    Path main = repository.resolve("refs").resolve("main");
    if (Files.isRegularFile(main)) {
      try {
        Path first = folder.resolve(Files.readString(main).strip());
        snapshots.sort(Comparator.comparing((Path p) -> !p.equals(first)));
      } catch (IOException e) {
        throw DocumentReader.unreadable(main, e);
      }
    }
    return snapshots;
  }

  private static List<Path> firstMatch(Path root, List<String> globs) {
    for (String glob : globs) {
      int slash = glob.lastIndexOf('/');
      Path folder = slash < 0 ? root : root.resolve(glob.substring(0, slash));
      if (Files.isDirectory(folder)) {
        List<Path> found = list(folder, glob.substring(slash + 1));
        found.removeIf(path -> !Files.isRegularFile(path));
        if (!found.isEmpty()) {
          // Only Parquet comes in shards here; of anything else a second match is a duplicate.
          return glob.endsWith(".parquet") ? List.copyOf(found) : List.of(found.get(0));
        }
      }
    }
    return List.of();
  }

  private static List<Path> list(Path folder, String glob) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
      entries.forEach(found::add);
    } catch (IOException e) {
      throw DocumentReader.unreadable(folder, e);
    }
    found.sort(null);
    return found;
  }
}
