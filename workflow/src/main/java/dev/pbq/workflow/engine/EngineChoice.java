package dev.pbq.workflow.engine;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.pipeline.RunEngine;
import dev.pbq.workflow.recipe.Recipe;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.StreamSupport;

/**
 * Which engine computes a quantization. It is no part of a recipe: every engine gives the same
 * bytes.
 *
 * @param name {@value #THIS_MACHINE}, or that of an {@link EngineProvider}
 * @param master where the engine's machines are found, as the engine spells it
 */
public record EngineChoice(String name, Optional<String> master) {
  private static final String THIS_MACHINE = "local";

  /** The engine of the module {@code pbq-spark}, which is not there by default. */
  private static final String SPARK = "spark";

  /** This machine. */
  public static final EngineChoice LOCAL = new EngineChoice(THIS_MACHINE, Optional.empty());

  /**
   * Checks that there is such an engine.
   *
   * @throws PbqException USAGE if there is none, saying what brings it
   */
  public EngineChoice {
    if (name.equals(THIS_MACHINE)) {
      if (master.isPresent()) {
        throw PbqException.setting("{master} is of no use without {engine}");
      }
    } else if (provider(name).isEmpty()) {
      throw PbqException.usage(
          name.equals(SPARK)
              ? Wording.of(
                  "{engine} spark is not installed: unpack pbq-spark-<version>.zip into the folder"
                      + " of pbq, or put its jars before pbq's on the class path")
              : Wording.of("there is no {engine} %s; there are: %s", name, names()));
    }
  }

  /**
   * Starts the engine; the caller closes it. Empty for this machine.
   *
   * @param model the folder of the dense model
   * @param recipe complete
   * @throws PbqException as {@link EngineProvider#open}
   */
  public Optional<RunEngine> open(Path model, Recipe recipe) {
    return provider(name).map(provider -> provider.open(model, recipe, master));
  }

  private static Optional<EngineProvider> provider(String name) {
    return StreamSupport.stream(ServiceLoader.load(EngineProvider.class).spliterator(), false)
        .filter(provider -> provider.name().equals(name))
        .findFirst();
  }

  private static String names() {
    return StreamSupport.stream(ServiceLoader.load(EngineProvider.class).spliterator(), false)
        .map(EngineProvider::name)
        .sorted(Comparator.naturalOrder())
        .reduce(THIS_MACHINE, (before, next) -> before + ", " + next);
  }
}
