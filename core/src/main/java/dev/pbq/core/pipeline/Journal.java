package dev.pbq.core.pipeline;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.checkpoint.FileNames;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The record of a run in its work directory: a first line with the run's fingerprint, then one line
 * for each finished block, appended and flushed after the block's shard and activations are safe on
 * disk, or appended with the shard's checksum where the shard was not flushed. A last line that was
 * cut off by a kill is ignored and overwritten.
 */
final class Journal {
  static final String FILE = "journal.jsonl";

  /**
   * The first line.
   *
   * @param fingerprint what the run depends on
   * @param version the program that wrote it
   */
  record Header(Fingerprint fingerprint, String version) {
    Header {
      Objects.requireNonNull(fingerprint);
    }
  }

  /**
   * A finished block.
   *
   * @param block its index, or {@link LinearOutcome#OUTSIDE} for the tables outside of the blocks
   * @param shard file name of its packed tensors, or null if none of its linears is quantized
   * @param shardBytes size of that file
   * @param shardCrc32c its checksum if it was not flushed, or null
   * @param linears what became of its linears
   * @param corrections what was trained, input by input; empty without correction
   * @param seconds wall time of the block
   */
  record Entry(
      int block,
      String shard,
      long shardBytes,
      Long shardCrc32c,
      List<LinearOutcome> linears,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<CorrectionOutcome> corrections,
      double seconds) {
    Entry {
      if (shardCrc32c != null && shard == null) {
        throw new IllegalArgumentException("a checksum of no file");
      }
      if (shard != null && !FileNames.isPlain(shard)) {
        throw new IllegalArgumentException("a shard outside of the folder");
      }
      linears = List.copyOf(linears);
      corrections = corrections == null ? List.of() : List.copyOf(corrections);
    }

    /** Whether the shard is as it was written; one that was flushed is taken to be. */
    private boolean isSound(Path workDirectory) throws IOException {
      if (shardCrc32c == null) {
        return true;
      }
      Path file = workDirectory.resolve(shard);
      if (!Files.isRegularFile(file) || Files.size(file) != shardBytes) {
        return false;
      }
      CRC32C checksum = new CRC32C();
      byte[] chunk = new byte[CHUNK];
      try (InputStream in = Files.newInputStream(file)) {
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
          checksum.update(chunk, 0, n);
        }
      }
      return checksum.getValue() == shardCrc32c;
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CHUNK = 1 << 20;
  private static final String HEADER_START = "{\"fingerprint\":";

  private final Path file;
  private final List<Entry> entries;
  private long length;

  private Journal(Path file, List<Entry> entries, long length) {
    this.file = file;
    this.entries = entries;
    this.length = length;
  }

  /** Starts a new journal in a work directory. */
  static Journal create(Path workDirectory, Header header) {
    Journal journal = new Journal(workDirectory.resolve(FILE), new ArrayList<>(), 0);
    journal.append(header);
    return journal;
  }

  /**
   * Opens the journal of an interrupted run. It ends before the first block whose unflushed shard
   * is not what was written, as after a failure of the machine; that block and those after it are
   * to be done again. With half of a first line nothing was done: a new journal begins.
   *
   * @throws PbqException USAGE if it was written for another model, data or settings (naming what
   *     differs); BAD_DATA if it cannot be read
   */
  static Journal resume(Path workDirectory, Header expected) {
    Path file = workDirectory.resolve(FILE);
    try {
      byte[] bytes = Files.readAllBytes(file);
      List<Entry> entries = new ArrayList<>();
      int start = 0;
      boolean first = true;
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] != '\n') {
          continue;
        }
        String line = new String(bytes, start, i - start, StandardCharsets.UTF_8);
        if (first) {
          Header found = required(JSON.readValue(line, Header.class), file);
          expected.fingerprint().requireSame(found.fingerprint(), workDirectory);
          first = false;
        } else {
          Entry entry = required(JSON.readValue(line, Entry.class), file);
          if (!entry.isSound(workDirectory)) {
            break;
          }
          entries.add(entry);
        }
        start = i + 1;
      }
      if (first && isBegunHeader(new String(bytes, StandardCharsets.UTF_8))) {
        // The run ended while it began: nothing was done yet.
        return create(workDirectory, expected);
      }
      if (first) {
        throw PbqException.badData(
            Wording.of(
                "%s has no complete first line: start again with {force} instead of {resume}",
                file));
      }
      return new Journal(file, entries, start);
    } catch (JsonProcessingException e) {
      throw notOne(file, e);
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Whether a text without a line break is what may be left of a first line. */
  private static boolean isBegunHeader(String text) {
    return text.startsWith(HEADER_START) || HEADER_START.startsWith(text);
  }

  private static <T> T required(T line, Path file) {
    if (line == null) {
      throw notOne(file, null);
    }
    return line;
  }

  private static PbqException notOne(Path file, Throwable cause) {
    return new PbqException(
        PbqException.Kind.BAD_DATA,
        Wording.of(
            "%s is not a journal of pbq: start again with {force} instead of {resume}", file),
        cause);
  }

  /** Finished blocks, in order; before them the tables outside of the blocks, if any. */
  List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** The line of the tables outside of the blocks; empty if none are stored. */
  Optional<Entry> tables() {
    return entries.stream().filter(entry -> entry.block() == LinearOutcome.OUTSIDE).findFirst();
  }

  /** How many blocks are finished. */
  int finishedBlocks() {
    return (int) entries.stream().filter(entry -> entry.block() >= 0).count();
  }

  /** Adds a finished block and flushes it to the disk. */
  void add(Entry entry) {
    append(entry);
    entries.add(entry);
  }

  private void append(Object line) {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.truncate(length);
      ByteBuffer bytes =
          ByteBuffer.wrap((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
      long at = length;
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
      channel.force(true);
      length = at;
    } catch (IOException e) {
      throw PbqException.resources("cannot write " + file + ": " + e.getMessage(), e);
    }
  }
}
