package dev.pbq.core.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Builds safetensors files by hand, sound or not, without the code under test. */
final class RawSafetensors {
  private RawSafetensors() {}

  static byte[] bytes(String header, byte[] data) {
    return bytes(header.getBytes(StandardCharsets.UTF_8), data);
  }

  static byte[] bytes(byte[] header, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
    out.writeBytes(header);
    out.writeBytes(data);
    return out.toByteArray();
  }

  static Path write(Path file, String header, byte[] data) {
    try {
      return Files.write(file, bytes(header, data));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Little-endian bytes of the given values, each cut to {@code size} bytes. */
  static byte[] littleEndian(int size, long... values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * size + 8).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      buffer.putLong(i * size, values[i]);
    }
    byte[] bytes = new byte[values.length * size];
    buffer.get(0, bytes);
    return bytes;
  }
}
