package dev.pbq.workflow.source;

import dev.pbq.core.checkpoint.ModelFetcher;
import dev.pbq.core.checkpoint.ModelResolver;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.hub.DownloadListener;
import dev.pbq.hub.Hub;
import dev.pbq.tiny.TinyModel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the folder of a model by the name that a user gives: a folder, a hub id ({@code
 * org/name[@revision]}), an alias such as {@code llama-7b}, or {@code tiny}. What is not in the hub
 * cache is downloaded into it.
 */
public final class Models {
  private final Map<String, String> environment;
  private final DownloadListener listener;
  private final Optional<Path> tokenizer;

  /**
   * Models as an environment has them.
   *
   * @param environment variables of the process: places of caches, hub address and token
   * @param listener is told how far downloads are
   */
  public Models(Map<String, String> environment, DownloadListener listener) {
    this(Map.copyOf(environment), listener, Optional.empty());
  }

  private Models(
      Map<String, String> environment, DownloadListener listener, Optional<Path> tokenizer) {
    this.environment = environment;
    this.listener = listener;
    this.tokenizer = tokenizer;
  }

  /**
   * Models whose tokenizer is another folder's, where they are one file.
   *
   * @param folder with a tokenizer; empty for the model's own
   */
  public Models withTokenizer(Optional<Path> folder) {
    return new Models(environment, listener, folder);
  }

  /**
   * Finds a model's folder; downloads it if need be.
   *
   * @throws dev.pbq.core.PbqException NOT_FOUND if there is no such model or it cannot be
   *     downloaded; BAD_DATA if the model cannot be used; RESOURCES if the disk is too small
   */
  public ResolvedModel resolve(String model) {
    return resolver((id, revision) -> hub().model(id, revision)).resolve(model);
  }

  /**
   * Finds a model's folder; of weights that would have to be downloaded, only the headers are
   * fetched, into a temporary folder that goes when the result is closed. Enough to plan with.
   *
   * @throws dev.pbq.core.PbqException as {@link #resolve}
   */
  public ModelHeaders resolveHeaders(String model) {
    HeaderFetcher fetcher = new HeaderFetcher(hub());
    try {
      return new ModelHeaders(resolver(fetcher).resolve(model), fetcher.folder());
    } catch (RuntimeException | Error e) {
      fetcher.close();
      throw e;
    }
  }

  private Hub hub() {
    return Hub.of(environment, listener);
  }

  private ModelResolver resolver(ModelFetcher fetcher) {
    Path cache = TinyModel.defaultCacheDir();
    ModelResolver resolver =
        new ModelResolver(
            Map.of(BuiltIn.TINY, () -> TinyModel.unpack(cache)), environment, fetcher);
    return tokenizer.map(resolver::withTokenizer).orElse(resolver);
  }
}
