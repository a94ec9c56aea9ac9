package dev.pbq.eval.distance;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The header of a file of log-probabilities: what it holds and from which model and text it was
 * made.
 *
 * @param formatVersion of the file, {@link #VERSION}
 * @param dtype of the log-probabilities, {@link #DTYPE}
 * @param model the reference's name, for people
 * @param weights fingerprint of the reference's weights and configuration
 * @param tokenizer its fingerprint, for people: the token ids decide
 * @param actFormat number formats that its products were computed in, {@code none} for float32
 * @param dataset the text's name, for people
 * @param textSha256 of the text
 * @param tokensSha256 of all windows' token ids
 * @param windows how many
 * @param seqlen tokens of each; seqlen - 1 are predicted
 * @param vocabulary log-probabilities of each predicted token
 * @param program the version that wrote it
 */
@JsonPropertyOrder({
  "format_version",
  "dtype",
  "model",
  "weights",
  "tokenizer",
  "act_format",
  "dataset",
  "text_sha256",
  "tokens_sha256",
  "windows",
  "seqlen",
  "vocabulary",
  "program"
})
public record CacheHeader(
    @JsonProperty("format_version") int formatVersion,
    String dtype,
    String model,
    String weights,
    String tokenizer,
    @JsonProperty("act_format") String actFormat,
    String dataset,
    @JsonProperty("text_sha256") String textSha256,
    @JsonProperty("tokens_sha256") String tokensSha256,
    int windows,
    int seqlen,
    int vocabulary,
    String program) {
  public CacheHeader {
    if (windows < 0 || seqlen < 1 || vocabulary < 1) {
      throw new IllegalArgumentException("sizes below nothing");
    }
    if ((double) windows * seqlen * vocabulary > Long.MAX_VALUE / 16.0) {
      throw new IllegalArgumentException("more than any file holds");
    }
  }

  /** The only version so far. */
  public static final int VERSION = 1;

  /** float32, little-endian. */
  public static final String DTYPE = "f32";

  /** Predicted tokens of a window. */
  public int rowsPerWindow() {
    return seqlen - 1;
  }

  /** Predicted tokens of all windows. */
  public int rows() {
    return Math.multiplyExact(windows, rowsPerWindow());
  }

  /** Bytes of one window's log-probabilities, without its checksum. */
  public long windowBytes() {
    return (long) rowsPerWindow() * vocabulary * Float.BYTES;
  }

  /** Bytes of everything after the header. */
  public long dataBytes() {
    return Math.multiplyExact(windows, windowBytes() + Integer.BYTES);
  }

  /**
   * Refuses a file that was made of something else.
   *
   * @param found the header of the file
   * @throws PbqException USAGE naming the file and what differs
   */
  void requireSame(CacheHeader found, Path file) {
    List<String> differing = new ArrayList<>();
    note(differing, "model weights", weights, found.weights, found.model);
    note(differing, "number formats", actFormat, found.actFormat, found.actFormat);
    note(differing, "window length", seqlen, found.seqlen, found.seqlen);
    note(differing, "number of windows", windows, found.windows, found.windows);
    note(differing, "vocabulary", vocabulary, found.vocabulary, found.vocabulary);
    note(differing, "tokens", tokensSha256, found.tokensSha256, found.dataset);
    if (!differing.isEmpty()) {
      throw PbqException.setting(
          "{cache} %s does not fit: it was made with other %s; name another file, or delete it",
          file, String.join(", ", differing));
    }
  }

  private static void note(
      List<String> differing, String what, Object wanted, Object found, Object shown) {
    if (!Objects.equals(wanted, found)) {
      differing.add(what + " (" + shown + ")");
    }
  }
}
