package dev.pbq.eval.distance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The layout of a file of log-probabilities, all numbers little-endian:
 *
 * <ol>
 *   <li>8 bytes {@code PBQLOGP\n};
 *   <li>int32 length of the header; int32 CRC-32C of the header;
 *   <li>the header, JSON in UTF-8 ({@link CacheHeader}), then zeros up to a multiple of 64 bytes;
 *   <li>for each window: float32 [seqlen - 1, vocabulary] log-probabilities in nats, then int32
 *       CRC-32C of those bytes.
 * </ol>
 *
 * Log-probabilities are rounded to float32 from float64 sums of float32 logits: relative error at
 * most 2^-24.
 */
final class LogProbabilityFile {
  static final int PREFIX_BYTES = 16;
  static final int MAX_HEADER_BYTES = 1 << 20;
  private static final int ALIGNMENT = 64;
  private static final byte[] MAGIC = "PBQLOGP\n".getBytes(StandardCharsets.US_ASCII);
  private static final ObjectMapper JSON = new ObjectMapper();

  private LogProbabilityFile() {}

  /** Everything before the first window, ready to be written. */
  static ByteBuffer encode(CacheHeader header) {
    byte[] json = json(header);
    ByteBuffer bytes = buffer(dataOffset(json.length));
    bytes.put(MAGIC).putInt(json.length).putInt(crc(ByteBuffer.wrap(json))).put(json);
    return bytes.rewind();
  }

  /** Bytes of the file that has this header. */
  static long fileBytes(CacheHeader header) {
    return dataOffset(json(header).length) + header.dataBytes();
  }

  /** Length of the header, of the first 16 bytes; -1 if they are of another kind of file. */
  static int headerLength(ByteBuffer prefix) {
    for (byte b : MAGIC) {
      if (prefix.get() != b) {
        return -1;
      }
    }
    int length = prefix.getInt();
    return length < 2 || length > MAX_HEADER_BYTES ? -1 : length;
  }

  /** Where the first window begins. */
  static int dataOffset(int headerLength) {
    return (PREFIX_BYTES + headerLength + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /**
   * Parses a header.
   *
   * @throws JsonProcessingException if it is not one
   */
  static CacheHeader decode(ByteBuffer json) throws JsonProcessingException {
    return JSON.readValue(StandardCharsets.UTF_8.decode(json).toString(), CacheHeader.class);
  }

  /** CRC-32C of what remains in a buffer; its position stays. */
  static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] json(CacheHeader header) {
    try {
      return JSON.writeValueAsBytes(header);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a header is a record of plain values", e);
    }
  }
}
