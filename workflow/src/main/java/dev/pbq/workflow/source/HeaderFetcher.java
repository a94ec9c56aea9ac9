package dev.pbq.workflow.source;

import dev.pbq.core.checkpoint.ModelFetcher;
import dev.pbq.hub.HeaderFolder;
import dev.pbq.hub.Hub;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Downloads the headers that a plan needs, and holds the temporary folder that it made until that
 * is closed.
 */
final class HeaderFetcher implements ModelFetcher, AutoCloseable {
  private final Hub hub;
  private Optional<HeaderFolder> folder = Optional.empty();

  HeaderFetcher(Hub hub) {
    this.hub = hub;
  }

  @Override
  public Path fetch(String id, String revision) {
    folder = Optional.of(hub.headers(id, revision));
    return folder.get().path();
  }

  @Override
  public String describe() {
    return "headers of the hub";
  }

  /** What was made; empty if nothing had to be fetched. */
  Optional<HeaderFolder> folder() {
    return folder;
  }

  @Override
  public void close() {
    folder.ifPresent(HeaderFolder::close);
  }
}
