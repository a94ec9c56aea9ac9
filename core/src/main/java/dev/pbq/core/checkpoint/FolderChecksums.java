package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * sha256 of all files of a packed folder, and of its tensors together. They are kept beside the
 * files in {@code SHA256SUMS}, which {@code sha256sum -c} reads too: a line for each file, and a
 * first line, to that program a comment, for the tensors.
 *
 * @param tensors {@link TensorDigest} of all tensors, in hexadecimal
 * @param files digest of each file, by its name in the folder
 */
public record FolderChecksums(String tensors, Map<String, String> files) {
  /** Their file in the folder. */
  public static final String FILE = "SHA256SUMS";

  private static final String TENSORS = "# tensors: ";
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) [ *](.+)");
  private static final long MAX_BYTES = 16L << 20;

  public FolderChecksums {
    files = Collections.unmodifiableMap(new TreeMap<>(files));
  }

  /**
   * Reads the model in a folder whole: its weight files, and what belongs to them ({@link
   * ModelFolder#isSideFileName}). Reports and recipes, which tell how it was made, are left out.
   *
   * @throws PbqException NOT_FOUND if a shard is missing; BAD_DATA if something cannot be read
   */
  public static FolderChecksums of(Path folder) {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> list = Files.list(folder)) {
      for (Path file : list.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (ModelFolder.isSideFileName(name) || isWeightFile(name)) {
          files.put(name, Sha256.ofFile(file));
        }
      }
    } catch (IOException e) {
      throw PbqException.badData("cannot read folder " + folder + ": " + IoFailures.reason(e), e);
    }
    return new FolderChecksums(tensorsOf(folder), files);
  }

  private static boolean isWeightFile(String name) {
    return Stream.of(WeightFiles.values())
        .anyMatch(w -> w.isShard(name) || name.equals(w.single()) || name.equals(w.index()));
  }

  /** The digest of the tensors that a folder holds. */
  public static String tensorsOf(Path folder) {
    try (Checkpoint stored = Checkpoint.open(ModelFolder.open(folder))) {
      return TensorDigest.of(stored);
    }
  }

  /** What {@link #FILE} holds. */
  public String text() {
    StringBuilder text = new StringBuilder(TENSORS).append(tensors).append('\n');
    files.forEach((name, sum) -> text.append(sum).append("  ").append(name).append('\n'));
    return text.toString();
  }

  /**
   * Computes the checksums of a finished folder and writes {@link #FILE}.
   *
   * @return what was written
   * @throws PbqException RESOURCES if the disk is full
   */
  public static FolderChecksums seal(Path folder) {
    FolderChecksums sums = of(folder);
    AtomicFile.write(folder.resolve(FILE), sums.text().getBytes(StandardCharsets.UTF_8));
    return sums;
  }

  /**
   * Reads {@link #FILE}; empty if the folder has none, as those of older programs.
   *
   * @throws PbqException BAD_DATA naming the line that makes no sense
   */
  public static Optional<FolderChecksums> read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Map<String, String> files = new TreeMap<>();
    String tensors = null;
    int number = 0;
    for (String line : contents(file).lines().toList()) {
      number++;
      Matcher sum = LINE.matcher(line);
      if (line.startsWith(TENSORS) && HEX.matcher(line.substring(TENSORS.length())).matches()) {
        tensors = line.substring(TENSORS.length());
      } else if (sum.matches() && FileNames.isPlain(sum.group(2))) {
        files.put(sum.group(2), sum.group(1));
      } else if (!line.startsWith("#")) {
        throw PbqException.badData(file + ": line " + number + " is no checksum of a file");
      }
    }
    if (tensors == null) {
      throw PbqException.badData(file + ": says nothing of the tensors");
    }
    return Optional.of(new FolderChecksums(tensors, files));
  }

  private static String contents(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw PbqException.badData(file + ": larger than checksums of a folder can be");
      }
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }
}
