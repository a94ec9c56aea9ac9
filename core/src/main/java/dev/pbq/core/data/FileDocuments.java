package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The documents of files too large to keep in memory (a shard of C4 is 800 MB of text): they are
 * read again, from the start, for each {@link #fetch}.
 */
final class FileDocuments implements Documents {
  private final List<Path> files;
  private final DocumentReader reader;
  private final int size;
  private final String sha256;

  private FileDocuments(List<Path> files, DocumentReader reader, int size, String sha256) {
    this.files = files;
    this.reader = reader;
    this.size = size;
    this.sha256 = sha256;
  }

  /**
   * Reads the files through once: counts, checks every document, takes the hash.
   *
   * @throws PbqException BAD_DATA for a malformed document, or if there is none
   */
  static FileDocuments scan(List<Path> files, DocumentReader reader) {
    Sha256 sha = new Sha256();
    int[] count = {0};
    for (Path file : files) {
      reader.read(
          file,
          text -> {
            sha.add(text).add("\n");
            count[0]++;
            return true;
          });
    }
    if (count[0] == 0) {
      throw PbqException.badData(files.get(0) + ": there is no document in it");
    }
    return new FileDocuments(List.copyOf(files), reader, count[0], sha.hex());
  }

  @Override
  public int size() {
    return size;
  }

  /** SHA-256 over every document's text followed by a line feed. */
  String sha256() {
    return sha256;
  }

  @Override
  public Map<Integer, String> fetch(Set<Integer> indices) {
    Map<Integer, String> found = new HashMap<>();
    int last = indices.isEmpty() ? -1 : Collections.max(indices);
    int[] next = {0};
    for (Path file : files) {
      if (next[0] > last) {
        break;
      }
      reader.read(
          file,
          text -> {
            if (indices.contains(next[0])) {
              found.put(next[0], text);
            }
            return ++next[0] <= last;
          });
    }
    return found;
  }
}
