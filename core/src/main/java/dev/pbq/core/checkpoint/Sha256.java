package dev.pbq.core.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** sha256 of bytes and files. */
public final class Sha256 {
  private static final int CHUNK = 1 << 20;

  private Sha256() {}

  /** A digest of nothing yet. */
  public static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * The digest of a file, in hexadecimal.
   *
   * @throws dev.pbq.core.PbqException NOT_FOUND if there is none; BAD_DATA if it cannot be read
   */
  static String ofFile(Path file) {
    MessageDigest digest = start();
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
    try (FileBytes bytes = FileBytes.open(file)) {
      for (long at = 0; at < bytes.size(); at += CHUNK) {
        buffer.clear().limit((int) Math.min(CHUNK, bytes.size() - at));
        bytes.read(at, buffer);
        digest.update(buffer.flip());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
