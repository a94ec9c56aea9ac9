package dev.pbq.workflow.source;

import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.hub.HeaderFolder;
import java.util.Optional;

/**
 * A model of which at least the configuration and the headers of the weights are on disk. Owns the
 * temporary folder, if one had to be made.
 */
public final class ModelHeaders implements AutoCloseable {
  private final ResolvedModel model;
  private final Optional<HeaderFolder> temporary;

  ModelHeaders(ResolvedModel model, Optional<HeaderFolder> temporary) {
    this.model = model;
    this.temporary = temporary;
  }

  /** The model; its folder exists until this is closed. */
  public ResolvedModel model() {
    return model;
  }

  /** Deletes the temporary folder. Closing again has no effect. */
  @Override
  public void close() {
    temporary.ifPresent(HeaderFolder::close);
  }
}
