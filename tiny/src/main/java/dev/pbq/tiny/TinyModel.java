package dev.pbq.tiny;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The built-in model {@code tiny}: a small Llama trained for this project, with texts sampled from
 * it to calibrate on and to evaluate with. {@code docs/tiny.md} says how all of it was made.
 */
public final class TinyModel {
  private static final List<String> FILES =
      List.of(
          "config.json",
          "generation_config.json",
          "model.safetensors",
          "tokenizer.json",
          "tokenizer_config.json");

  private TinyModel() {}

  /**
   * Unpacks the model as a Hugging Face folder, unless that folder exists already. The folder's
   * name holds a hash of its content, it appears complete by rename, and any number of processes
   * may do this at once.
   *
   * @param cacheDir where the folder goes; made if missing
   * @return the model's folder inside {@code cacheDir}
   * @throws PbqException RESOURCES if the folder cannot be written
   */
  public static Path unpack(Path cacheDir) {
    Map<String, byte[]> contents = new LinkedHashMap<>();
    FILES.forEach(file -> contents.put(file, resource(file)));
    Path target = cacheDir.resolve("tiny-" + hash(contents));
    try {
      if (isComplete(target, contents)) {
        return target;
      }
      Files.createDirectories(cacheDir);
      Path fresh = Files.createTempDirectory(cacheDir, ".tiny-");
      try {
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
          Files.write(fresh.resolve(file.getKey()), file.getValue());
        }
        publish(fresh, target, contents);
      } finally {
        delete(fresh);
      }
      return target;
    } catch (IOException e) {
      throw PbqException.resources("cannot unpack the model tiny to " + target + ": " + e, e);
    }
  }

  /** Text to calibrate on, sampled from the model. */
  public static String calibrationText() {
    return new String(resource("calibration.txt"), StandardCharsets.UTF_8);
  }

  /** Text to evaluate with, sampled from the model with another seed. */
  public static String evaluationText() {
    return new String(resource("evaluation.txt"), StandardCharsets.UTF_8);
  }

  /** {@code $PBQ_CACHE}, else {@code $XDG_CACHE_HOME/pbq}, else {@code ~/.cache/pbq}. */
  public static Path defaultCacheDir() {
    return cacheDir(System.getenv(), System.getProperty("user.home"));
  }

  static Path cacheDir(Map<String, String> environment, String home) {
    String own = environment.getOrDefault("PBQ_CACHE", "");
    if (!own.isEmpty()) {
      return Path.of(own);
    }
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    return (xdg.isEmpty() ? Path.of(home, ".cache") : Path.of(xdg)).resolve("pbq");
  }

  /** Renames {@code fresh} to {@code target}, giving way to an equal folder made meanwhile. */
  private static void publish(Path fresh, Path target, Map<String, byte[]> contents)
      throws IOException {
    IOException failure = null;
    // A damaged folder is moved aside first; another process may do the same, hence the attempts.
    for (int attempt = 0; attempt < 10; attempt++) {
      try {
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        return;
      } catch (IOException e) {
        if (isComplete(target, contents)) {
          return;
        }
        failure = e;
      }
      if (Files.exists(target)) {
        setAside(target, fresh.resolveSibling(fresh.getFileName() + "-old-" + attempt));
      }
    }
    throw failure;
  }

  private static void setAside(Path damaged, Path aside) throws IOException {
    try {
      Files.move(damaged, aside, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      // Another process has already moved it away.
      return;
    }
    delete(aside);
  }

  private static boolean isComplete(Path folder, Map<String, byte[]> contents) throws IOException {
    for (Map.Entry<String, byte[]> file : contents.entrySet()) {
      Path path = folder.resolve(file.getKey());
      if (!Files.isRegularFile(path) || Files.size(path) != file.getValue().length) {
        return false;
      }
    }
    return true;
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private static String hash(Map<String, byte[]> contents) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      contents.forEach(
          (name, bytes) -> {
            digest.update((name + " " + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
            digest.update(bytes);
          });
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = Objects.requireNonNull(TinyModel.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw PbqException.resources("cannot read the built-in " + name + ": " + e, e);
    }
  }
}
