package dev.pbq.core.checkpoint;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/**
 * sha256 over tensors: what they are, whatever files they are in. Two checkpoints have the same
 * digest if and only if they hold the same tensors, byte for byte, with the same strings of
 * metadata.
 */
public final class TensorDigest {
  private static final int CHUNK = 1 << 20;

  private TensorDigest() {}

  /**
   * The digest of all tensors of a source, in hexadecimal.
   *
   * @param source read whole
   */
  public static String of(TensorSource source) {
    MessageDigest all = Sha256.start();
    for (String name : source.names().stream().sorted().toList()) {
      update(all, name, of(source, name));
    }
    new TreeMap<>(source.metadata()).forEach((key, value) -> update(all, "metadata " + key, value));
    return HexFormat.of().formatHex(all.digest());
  }

  /** The digest of one tensor's type, shape and bytes, in hexadecimal. */
  public static String of(TensorSource source, String name) {
    TensorInfo info = source.find(name).orElseThrow();
    MessageDigest digest = Sha256.start();
    update(digest, info.dtype().name(), Arrays.toString(info.shape()));
    for (long at = 0; at < info.byteCount(); at += CHUNK) {
      digest.update(source.bytes(name, at, (int) Math.min(CHUNK, info.byteCount() - at)));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Names and values with their lengths, so that none can be read as another's beginning. */
  private static void update(MessageDigest digest, String name, String value) {
    for (String part : List.of(name, value)) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      digest.update(bytes);
    }
  }
}
