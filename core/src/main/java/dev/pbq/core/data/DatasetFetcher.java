package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.List;

/** Downloads files of a hub data set that the cache lacks. */
@FunctionalInterface
public interface DatasetFetcher {
  /** Fetches nothing. */
  DatasetFetcher NONE =
      (repository, globs) -> {
        throw PbqException.notFound("nothing is downloaded");
      };

  /**
   * Fetches the files that match the first of the globs that any file matches.
   *
   * @param repository {@code org/name}
   * @return the folder that the globs are relative to
   * @throws PbqException telling why they cannot be had
   */
  Path fetch(String repository, List<String> globs);
}
