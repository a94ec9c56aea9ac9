package dev.pbq.core.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 being taken over texts, bytes and token ids. */
public final class Sha256 {
  private final MessageDigest digest;

  Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Of text in UTF-8. */
  public static String of(String text) {
    return new Sha256().add(text).hex();
  }

  /** Of the windows' ids one after the other, as little-endian int32. */
  public static String of(int[]... windows) {
    Sha256 sha = new Sha256();
    for (int[] ids : windows) {
      sha.add(ids);
    }
    return sha.hex();
  }

  /** Adds the UTF-8 bytes of the text. */
  Sha256 add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  Sha256 add(byte[] bytes) {
    digest.update(bytes);
    return this;
  }

  private Sha256 add(int[] ids) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(ids.length, Integer.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(ids);
    return add(bytes.array());
  }

  /** Ends the digest: 64 lower-case hexadecimal digits. */
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
