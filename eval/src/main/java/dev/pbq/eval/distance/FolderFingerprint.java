package dev.pbq.eval.distance;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The fingerprint of a model folder, dense or packed, found without reading all of it: SHA-256 over
 * {@code config.json} and, of each {@code .safetensors} file, or the one file that holds the model,
 * its name, size and 64 samples of 4096 bytes spread evenly from its first to its last byte.
 */
public final class FolderFingerprint {
  private static final int SAMPLES = 64;
  private static final int SAMPLE_BYTES = 4096;

  private FolderFingerprint() {}

  /**
   * Of one folder, in hexadecimal.
   *
   * @throws PbqException BAD_DATA if a file cannot be read
   */
  public static String of(ModelFolder folder) {
    MessageDigest digest = Sha256.start();
    digest.update(folder.config().toString().getBytes(StandardCharsets.UTF_8));
    List<Path> files =
        folder.weightFile().map(List::of).orElseGet(() -> weightFiles(folder.path()));
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        long size = channel.size();
        digest.update((file.getFileName() + " " + size + "\n").getBytes(StandardCharsets.UTF_8));
        long last = Math.max(0, size - SAMPLE_BYTES);
        for (int i = 0; i < SAMPLES; i++) {
          addSample(digest, channel, (long) (last * ((double) i / (SAMPLES - 1))));
        }
      } catch (IOException e) {
        throw PbqException.badData("cannot read " + file + ": " + e.getMessage(), e);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static List<Path> weightFiles(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(".safetensors"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw PbqException.badData("cannot read folder " + folder + ": " + e.getMessage(), e);
    }
  }

  private static void addSample(MessageDigest digest, FileChannel channel, long at)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SAMPLE_BYTES);
    long position = at;
    while (bytes.hasRemaining()) {
      int n = channel.read(bytes, position);
      if (n < 0) {
        break;
      }
      position += n;
    }
    digest.update(bytes.flip());
  }
}
