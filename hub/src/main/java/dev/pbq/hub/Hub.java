package dev.pbq.hub;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.HubCache;
import dev.pbq.core.checkpoint.ModelFolder;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Downloads models and data sets from the hub into the standard cache. */
public final class Hub {
  /** How many files are downloaded at the same time, by default. */
  public static final int AT_ONCE = 4;

  private final HubSettings settings;
  private final Path cache;
  private final int atOnce;
  private final DownloadListener listener;
  private final HubHttp http;
  private final Retries retries;

  /**
   * A hub.
   *
   * @param cache the cache's root, made when something is downloaded
   */
  public Hub(HubSettings settings, Path cache, DownloadListener listener) {
    this(settings, cache, AT_ONCE, listener, Sleeper.THREAD);
  }

  Hub(HubSettings settings, Path cache, int atOnce, DownloadListener listener, Sleeper sleeper) {
    this.settings = settings;
    this.cache = cache.toAbsolutePath().normalize();
    this.atOnce = atOnce;
    this.listener = listener;
    this.http = new HubHttp(settings);
    this.retries = new Retries(sleeper);
  }

  /** The hub and cache of an environment. */
  public static Hub of(Map<String, String> environment, DownloadListener listener) {
    return of(environment, AT_ONCE, listener);
  }

  /**
   * The hub and cache of an environment.
   *
   * @param atOnce how many files are downloaded at the same time, at least 1
   */
  public static Hub of(Map<String, String> environment, int atOnce, DownloadListener listener) {
    return new Hub(
        HubSettings.of(environment),
        HubCache.of(environment).root(),
        atOnce,
        listener,
        Sleeper.THREAD);
  }

  /**
   * Brings a model's files up to date: configuration, tokenizer, licence, safetensors weights.
   *
   * @param id {@code org/name}
   * @param revision branch, tag, {@code refs/pr/N} or commit
   * @return the snapshot's folder, complete
   * @throws PbqException NOT_FOUND if it cannot be had, telling why; BAD_DATA if it holds no
   *     safetensors weights or a file's hash is wrong; RESOURCES if the disk is too small
   */
  public Path model(String id, String revision) {
    Repository repository = new Repository(Repository.Kind.MODEL, id);
    requireOnline(repository);
    HubApi api = new HubApi(settings, http, retries, repository, revision);
    Listing listing = api.listing();
    List<RemoteFile> files = new ArrayList<>(ModelFiles.choose(listing, repository));
    // The configuration comes last: a snapshot that has it has everything.
    files.sort(Comparator.comparing(f -> f.path().equals(ModelFolder.CONFIG)));
    return fetch(repository, api, revision, listing, files);
  }

  /**
   * Brings files of a data set up to date.
   *
   * @param id {@code org/name}
   * @param globs best first: all files that match the first one that any file matches are wanted
   * @return the snapshot's folder
   * @throws PbqException as {@link #model}; NOT_FOUND if no file matches any
   */
  public Path dataset(String id, List<String> globs) {
    Repository repository = new Repository(Repository.Kind.DATASET, id);
    requireOnline(repository);
    PbqException refused = null;
    // Data sets that are programs have their data as Parquet on a branch that the hub makes.
    for (String revision : List.of("main", "refs/convert/parquet")) {
      HubApi api = new HubApi(settings, http, retries, repository, revision);
      Listing listing;
      try {
        listing = api.listing();
      } catch (PbqException e) {
        if (refused != null) {
          break;
        }
        throw e;
      }
      for (String glob : globs) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
        List<RemoteFile> files =
            listing.files().stream().filter(f -> matcher.matches(Path.of(f.path()))).toList();
        if (!files.isEmpty()) {
          return fetch(repository, api, revision, listing, files);
        }
      }
      refused =
          PbqException.notFound(
              repository.describe() + " has no file like " + String.join(", ", globs));
    }
    throw refused;
  }

  /**
   * What a plan needs of a model without its weights: all side files, and of each weight file the
   * header, in a temporary folder. The caller closes it.
   *
   * @throws PbqException as {@link #model}
   */
  public HeaderFolder headers(String id, String revision) {
    Repository repository = new Repository(Repository.Kind.MODEL, id);
    requireOnline(repository);
    HubApi api = new HubApi(settings, http, retries, repository, revision);
    Listing listing = api.listing();
    return HeaderFolder.download(
        api, retries, listing.commit(), ModelFiles.choose(listing, repository), repository);
  }

  private Path fetch(
      Repository repository, HubApi api, String revision, Listing listing, List<RemoteFile> files) {
    CachedRepository cached = new CachedRepository(cache, repository);
    BlobDownload download =
        new BlobDownload(api, listing.commit(), retries, listener, repository.describe());
    Path snapshot =
        new SnapshotDownload(api, cached, download, repository.describe(), atOnce, listener)
            .run(listing.commit(), files);
    cached.setRef(revision, listing.commit());
    return snapshot;
  }

  private void requireOnline(Repository repository) {
    if (settings.offline()) {
      throw PbqException.notFound(
          repository.describe() + " is not downloaded: HF_HUB_OFFLINE is set");
    }
  }
}
