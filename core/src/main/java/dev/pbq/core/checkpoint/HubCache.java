package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import dev.pbq.core.environment.HuggingFacePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The local cache of the Hugging Face hub, read by the rules of {@code huggingface_hub} (guide
 * "Understand caching"): {@code models--org--name/refs/<revision>} holds a commit, {@code
 * snapshots/<commit>/} its files.
 */
public final class HubCache {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,95}");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern REVISION =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*");
  private static final long MAX_REF_BYTES = 1024;

  private final Path root;

  /** A cache at a known place. */
  public HubCache(Path root) {
    this.root = root;
  }

  /** The cache of this environment ({@link HuggingFacePaths#hubCache}). */
  public static HubCache of(Map<String, String> environment) {
    return new HubCache(new HuggingFacePaths(environment).hubCache());
  }

  public Path root() {
    return root;
  }

  /** Whether this could be the id of a hub model, {@code org/name} or, for old models, one name. */
  public static boolean isModelId(String id) {
    String[] parts = id.split("/", -1);
    if (parts.length > 2 || id.contains("--") || id.contains("..")) {
      return false;
    }
    for (String part : parts) {
      if (!NAME.matcher(part).matches()) {
        return false;
      }
    }
    return true;
  }

  /** Whether this could be a branch, tag, pull request or commit. */
  static boolean isRevision(String revision) {
    return revision.length() <= 200
        && REVISION.matcher(revision).matches()
        && !revision.contains("..");
  }

  /** Where a model's snapshots are kept, there or not. */
  public Path modelFolder(String id) {
    if (!isModelId(id)) {
      throw new IllegalArgumentException("not the id of a hub model: " + id);
    }
    return root.resolve("models--" + id.replace("/", "--"));
  }

  /**
   * The snapshot of a model at a revision: a commit of 40 hexadecimal digits, or a branch or tag
   * that the cache knows.
   *
   * @return the snapshot's folder; empty if it is not in the cache
   * @throws PbqException BAD_DATA if the cache is corrupt
   */
  public Optional<Path> find(String id, String revision) {
    if (!isRevision(revision)) {
      throw new IllegalArgumentException("not a revision: " + revision);
    }
    Path model = modelFolder(id);
    Optional<String> commit =
        COMMIT.matcher(revision).matches() ? Optional.of(revision) : readRef(model, revision);
    return commit.map(c -> model.resolve("snapshots").resolve(c)).filter(Files::isDirectory);
  }

  /**
   * Whether a snapshot has what a model needs: its configuration and all its weights.
   *
   * @throws PbqException BAD_DATA if the index of its shards is malformed
   */
  public static boolean holdsModel(Path snapshot) {
    return Files.exists(snapshot.resolve(ModelFolder.CONFIG))
        && WeightFiles.in(snapshot).filter(names -> names.isComplete(snapshot)).isPresent();
  }

  private static Optional<String> readRef(Path model, String revision) {
    Path ref = model.resolve("refs").resolve(revision);
    if (!Files.isRegularFile(ref)) {
      return Optional.empty();
    }
    try {
      String commit = Files.size(ref) > MAX_REF_BYTES ? "" : Files.readString(ref).strip();
      if (!COMMIT.matcher(commit).matches()) {
        throw PbqException.badData(ref + " does not hold a commit");
      }
      return Optional.of(commit);
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + ref + ": " + IoFailures.reason(e), e);
    }
  }
}
