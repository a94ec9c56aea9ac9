package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.nio.file.Path;

/** Downloads a hub model that the cache lacks. */
public interface ModelFetcher {
  /**
   * Fetches a model.
   *
   * @param id {@code org/name}
   * @param revision branch, tag, pull request or commit
   * @return the folder of its files
   * @throws PbqException telling why it cannot be had
   */
  Path fetch(String id, String revision);

  /** Where what is fetched comes from, for reports. */
  default String describe() {
    return "downloaded";
  }
}
