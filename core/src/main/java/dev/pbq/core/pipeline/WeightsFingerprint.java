package dev.pbq.core.pipeline;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.Sha256;
import dev.pbq.core.checkpoint.TensorInfo;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The fingerprint of a checkpoint's weights, found without reading all of them: sha256 over every
 * tensor's name, type, shape and the first and last 4096 bytes of its data.
 */
public final class WeightsFingerprint {
  private static final int SAMPLE = 4096;

  private WeightsFingerprint() {}

  /** The fingerprint, in hexadecimal. */
  public static String of(Checkpoint checkpoint) {
    MessageDigest digest = Sha256.start();
    for (String name : checkpoint.names()) {
      TensorInfo info = checkpoint.info(name);
      String header = name + " " + info.dtype() + Arrays.toString(info.shape()) + "\n";
      digest.update(header.getBytes(StandardCharsets.UTF_8));
      int n = (int) Math.min(SAMPLE, info.byteCount());
      digest.update(checkpoint.bytes(name, 0, n));
      digest.update(checkpoint.bytes(name, info.byteCount() - n, n));
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
