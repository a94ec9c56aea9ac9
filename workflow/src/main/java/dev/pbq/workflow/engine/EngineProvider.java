package dev.pbq.workflow.engine;

import dev.pbq.core.pipeline.RunEngine;
import dev.pbq.workflow.recipe.Recipe;
import java.nio.file.Path;
import java.util.Optional;

/** Announces an engine to {@link java.util.ServiceLoader}. */
public interface EngineProvider {
  /** The engine's name, as it is chosen. */
  String name();

  /**
   * Starts the engine; the caller closes it.
   *
   * @param model the folder of the dense model
   * @param recipe complete: what each linear is quantized with follows from it and the model alone
   * @param master where the engine's machines are found; empty for the engine's own default
   * @throws dev.pbq.core.PbqException USAGE or NOT_FOUND if there are no such machines
   */
  RunEngine open(Path model, Recipe recipe, Optional<String> master);
}
