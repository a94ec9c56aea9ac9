package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Finds the folder that a model argument stands for: a local folder, a built-in model, an alias, or
 * a hub id {@code org/name[@revision]} in the local hub cache, in this order; before all of them a
 * file of a {@link ModelFileFormat}, which is unpacked into a folder. A local folder that happens
 * to have the name of something else counts only if it holds a {@code config.json}.
 */
public final class ModelResolver {
  private static final String DEFAULT_REVISION = "main";

  private final Map<String, Supplier<Path>> builtIns;
  private final HubCache cache;
  private final ModelFetcher fetcher;
  private final Optional<Path> tokenizer;

  /**
   * @param builtIns models that come with the program, by name; asked only when named
   * @param environment the process's environment, for the place of the hub cache
   * @param fetcher brings models that the cache lacks, or has in part
   */
  public ModelResolver(
      Map<String, Supplier<Path>> builtIns, Map<String, String> environment, ModelFetcher fetcher) {
    this.builtIns = new LinkedHashMap<>(builtIns);
    this.cache = HubCache.of(environment);
    this.fetcher = fetcher;
    this.tokenizer = Optional.empty();
  }

  private ModelResolver(ModelResolver like, Path tokenizer) {
    this.builtIns = like.builtIns;
    this.cache = like.cache;
    this.fetcher = like.fetcher;
    this.tokenizer = Optional.of(tokenizer);
  }

  /**
   * One that takes the tokenizer of a folder in place of the one in a model file.
   *
   * @param folder with a tokenizer
   */
  public ModelResolver withTokenizer(Path folder) {
    return new ModelResolver(this, folder);
  }

  /**
   * Finds a model.
   *
   * @throws PbqException NOT_FOUND, saying where it was looked for and how to get it
   */
  public ResolvedModel resolve(String model) {
    Optional<ResolvedModel> file = fromFile(model);
    if (file.isPresent()) {
      return file.get();
    }
    if (tokenizer.isPresent()) {
      throw PbqException.setting(
          "{tokenizer} is for a model in one file; %s would have its own", model);
    }
    Optional<Path> local = localFolder(model);
    if (local.isPresent() && Files.exists(local.get().resolve(ModelFolder.CONFIG))) {
      return new ResolvedModel(model, displayName(local.get()), local.get(), "local folder");
    }
    if (builtIns.containsKey(model)) {
      return new ResolvedModel(model, model, builtIns.get(model).get(), "built in");
    }
    Optional<ResolvedModel> cached = fromHubCache(model);
    if (cached.isPresent()) {
      return cached.get();
    }
    if (local.isPresent()) {
      // It exists but is no model; opening it gives the reason.
      return new ResolvedModel(model, displayName(local.get()), local.get(), "local folder");
    }
    return fetch(model);
  }

  /**
   * The hub id and revision that an argument stands for, by alias or as they are.
   *
   * @return empty if the argument can be no hub id
   */
  public static Optional<HubName> hubName(String model) {
    return HubName.parse(model);
  }

  /** A file that holds a whole model is unpacked, but for its weights. */
  private Optional<ResolvedModel> fromFile(String model) {
    Optional<Path> file = localPath(model).filter(Files::isRegularFile);
    return file.flatMap(ModelFileFormats.load()::of)
        .map(
            format ->
                new ResolvedModel(
                    model,
                    displayName(file.get()),
                    UnpackedModel.of(format, file.get(), tokenizer),
                    format.title() + " file"));
  }

  private static Optional<Path> localPath(String model) {
    try {
      return Optional.of(Path.of(model));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Optional<Path> localFolder(String model) {
    if (model.isBlank()) {
      throw PbqException.usage("the model's name is empty");
    }
    try {
      Path path = Path.of(model);
      if (Files.isRegularFile(path)) {
        throw PbqException.notFound(
            path + " is a file: a model is given as its folder, or as a GGUF file");
      }
      return Files.isDirectory(path) ? Optional.of(path) : Optional.empty();
    } catch (InvalidPathException e) {
      // A name that no file can have is not a folder; it may still be something else.
      return Optional.empty();
    }
  }

  private static String displayName(Path folder) {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? folder.toString() : name.toString();
  }

  /**
   * A hub id with its revision.
   *
   * @param id {@code org/name}, or one word
   * @param revision branch, tag, pull request or commit
   */
  public record HubName(String id, String revision) {
    static Optional<HubName> parse(String model) {
      int at = model.indexOf('@');
      String name = at < 0 ? model : model.substring(0, at);
      String revision = at < 0 ? DEFAULT_REVISION : model.substring(at + 1);
      String id = ModelAliases.hubId(name).orElse(name);
      return HubCache.isModelId(id) && HubCache.isRevision(revision)
          ? Optional.of(new HubName(id, revision))
          : Optional.empty();
    }

    /** The id, with the revision where it is not the default. */
    public String display() {
      return revision.equals(DEFAULT_REVISION) ? id : id + "@" + revision;
    }
  }

  private Optional<ResolvedModel> fromHubCache(String model) {
    return HubName.parse(model)
        .flatMap(
            name ->
                cache
                    .find(name.id(), name.revision())
                    .filter(HubCache::holdsModel)
                    .map(folder -> new ResolvedModel(model, name.display(), folder, "hub cache")));
  }

  private ResolvedModel fetch(String model) {
    Optional<HubName> name = HubName.parse(model);
    boolean isPath = model.startsWith(".") || model.startsWith("~") || model.startsWith("/");
    if (isPath || name.isEmpty()) {
      throw PbqException.notFound("there is no model folder " + TensorNames.printable(model));
    }
    HubName hub = name.get();
    boolean nothingLikeIt = !hub.id().contains("/") && !Files.exists(cache.modelFolder(hub.id()));
    if (nothingLikeIt) {
      throw PbqException.notFound(
          "there is no model "
              + model
              + ": neither a folder, a built-in model "
              + builtIns.keySet()
              + ", an alias such as opt-125m, nor in the hub cache "
              + cache.root());
    }
    try {
      return new ResolvedModel(
          model, hub.display(), fetcher.fetch(hub.id(), hub.revision()), fetcher.describe());
    } catch (PbqException e) {
      throw new PbqException(e.kind(), notFound(hub, e.wording()), e);
    }
  }

  private Wording notFound(HubName hub, Wording reason) {
    boolean partly = cache.find(hub.id(), hub.revision()).isPresent();
    String revision =
        hub.revision().equals(DEFAULT_REVISION) ? "" : " --revision " + hub.revision();
    return Wording.of(
        "there is no model %s: neither a folder of this name nor %s%s, and downloading failed: %s;"
            + " elsewhere 'pbq pull %s' or 'hf download %s%s' gets it: give the folder of a copy",
        hub.display(),
        partly ? "all of it in " : "in ",
        cache.modelFolder(hub.id()),
        reason,
        hub.display(),
        hub.id(),
        revision);
  }
}
