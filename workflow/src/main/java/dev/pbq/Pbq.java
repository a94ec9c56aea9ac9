package dev.pbq;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.eval.run.Running;
import dev.pbq.workflow.source.Models;
import dev.pbq.workflow.source.Texts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The front door of the library. It holds where models and texts are found, how many threads
 * compute, and which listener is told of progress. {@link #model} gives a {@link Model}, which
 * quantizes, measures, exports and generates. Immutable, holds nothing native, may be used by
 * several threads.
 *
 * <p>A whole program:
 *
 * <pre>{@code
 * import dev.pbq.Model;
 * import dev.pbq.Pbq;
 * import dev.pbq.workflow.recipe.Recipe;
 * import java.nio.file.Path;
 *
 * public final class Quantize {
 *   public static void main(String[] args) {
 *     Model original = Pbq.local().model("huggyllama/llama-7b");
 *     Recipe recipe = Recipe.of("gptq").set("bits", 3).set("groupsize", 128);
 *     Model quantized = original.quantize(recipe, Path.of("out/llama-7b-gptq3"));
 *     System.out.println(quantized.report().orElseThrow().size().storedBits() + " bits per weight");
 *     System.out.println("perplexity " + quantized.perplexity("wikitext2").perplexity());
 *     System.out.println(quantized.distanceFrom(original, "wikitext2").statistics().kl().mean());
 *     quantized.export("gptq", Path.of("out/llama-7b-gptq3-export"));
 *     System.out.println(quantized.generate("The capital of France is", 20));
 *   }
 * }
 * }</pre>
 *
 * <p>Everything that a user can do wrong throws {@link PbqException} with one line that names the
 * file, tensor or setting; its {@linkplain PbqException#kind() kind} says which sort of mistake it
 * is. Any other exception is a defect of the library.
 */
public final class Pbq {
  /** Models up to this size, counted in float32, are held in memory whole when they are run. */
  public static final long DEFAULT_RESIDENT_BYTES = 4_000_000_000L;

  private final Map<String, String> environment;
  private final Optional<Path> dataDirectory;
  private final Running running;
  private final PbqListener listener;

  private Pbq(
      Map<String, String> environment,
      Optional<Path> dataDirectory,
      Running running,
      PbqListener listener) {
    this.environment = environment;
    this.dataDirectory = dataDirectory;
    this.running = running;
    this.listener = listener;
  }

  /**
   * As this process' environment says: {@code PBQ_DATA} for data sets, {@code HF_HOME} and its
   * relatives for the hub cache, {@code HF_TOKEN}, {@code HF_HUB_OFFLINE}; all processors; silent.
   */
  public static Pbq local() {
    Running all = Running.of(Runtime.getRuntime().availableProcessors(), DEFAULT_RESIDENT_BYTES);
    return new Pbq(System.getenv(), Optional.empty(), all, PbqListener.SILENT);
  }

  /**
   * With other variables than the process' own.
   *
   * @param variables all of them: none of the process is looked at any more
   */
  public Pbq withEnvironment(Map<String, String> variables) {
    return new Pbq(Map.copyOf(variables), dataDirectory, running, listener);
  }

  /** With a folder in which data sets are found by name, before the hub cache. */
  public Pbq withDataDirectory(Path directory) {
    return new Pbq(environment, Optional.of(directory), running, listener);
  }

  /**
   * With so many threads for arithmetic. Results are bit-identical between equal numbers.
   *
   * @throws PbqException USAGE if there are none
   */
  public Pbq withThreads(int threads) {
    Running other = new Running(threads, running.residentBytes(), running.scratch());
    return new Pbq(environment, dataDirectory, other, listener);
  }

  /**
   * With another limit up to which models are held in memory whole when they are run; of larger
   * ones a block at a time is. Quantizing always holds one block.
   *
   * @param bytes of the model's weights in float32; {@link #DEFAULT_RESIDENT_BYTES} by default
   */
  public Pbq withResidentBytes(long bytes) {
    Running other = new Running(running.threads(), bytes, running.scratch());
    return new Pbq(environment, dataDirectory, other, listener);
  }

  /**
   * With another folder for scratch files (hidden states, log-probabilities).
   *
   * @param folder must exist; by default the system's folder for temporary files
   */
  public Pbq withScratch(Path folder) {
    Running other = new Running(running.threads(), running.residentBytes(), folder);
    return new Pbq(environment, dataDirectory, other, listener);
  }

  /** With a listener that is told of progress and may cancel. */
  public Pbq withListener(PbqListener other) {
    return new Pbq(environment, dataDirectory, running, other);
  }

  /**
   * Finds a model; downloads it into the hub cache if need be.
   *
   * @param model a Hugging Face folder, a folder that pbq or another quantizer wrote, a GGUF file
   *     (unpacked, but for its weights, into a temporary folder that goes with the process), a hub
   *     id ({@code org/name[@revision]}), an alias such as {@code llama-7b}, or {@code tiny}, the
   *     model built in
   * @throws PbqException NOT_FOUND if there is no such model, or it cannot be downloaded; BAD_DATA
   *     if its configuration cannot be read; RESOURCES if the disk is too small; CANCELLED
   */
  public Model model(String model) {
    Cancellation cancellation = new Cancellation(listener);
    Models models = new Models(environment, cancellation.downloads());
    return Model.open(
        models.resolve(model), texts(cancellation), models::resolve, running, cancellation);
  }

  /**
   * The model in a folder, or in a GGUF file.
   *
   * @throws PbqException NOT_FOUND if there is no such folder; BAD_DATA if it holds no model
   */
  public Model model(Path folder) {
    // An absolute path is never taken for an id or a name.
    Path absolute = folder.toAbsolutePath().normalize();
    if (!Files.isRegularFile(absolute)) {
      ModelFolder.open(absolute);
    }
    return model(absolute.toString());
  }

  private Texts texts(Cancellation cancellation) {
    return new Texts(dataDirectory, environment, cancellation.downloads());
  }
}
