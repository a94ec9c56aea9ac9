package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /**
   * Of a file's bytes.
   *
   * @throws PbqException BAD_DATA if it cannot be read
   */
  public static String ofFile(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      Sha256 sha = new Sha256();
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha.digest.update(buffer, 0, n);
      }
      return sha.hex();
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file + ": " + e.getMessage(), e);
    }
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
