package dev.pbq.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.FileNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The files of a repository at one commit.
 *
 * @param commit 40 hexadecimal digits
 * @param files in the hub's order
 */
record Listing(String commit, List<RemoteFile> files) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  Listing {
    files = List.copyOf(files);
  }

  /**
   * Reads the hub's answer.
   *
   * @param where names it in messages
   * @throws PbqException BAD_DATA if it is no such answer, or a file's path leads out of the
   *     repository
   */
  static Listing parse(String json, String where) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw PbqException.badData(where + ": the list of files is not JSON", e);
    }
    String commit = root.path("sha").asText("");
    if (!SHA1.matcher(commit).matches() || !root.path("siblings").isArray()) {
      throw PbqException.badData(where + ": the list of files lacks the commit or the files");
    }
    List<RemoteFile> files = new ArrayList<>();
    for (JsonNode file : root.get("siblings")) {
      String path = file.path("rfilename").asText("");
      requireInside(path, where);
      JsonNode lfs = file.path("lfs");
      JsonNode size = lfs.has("size") ? lfs.get("size") : file.path("size");
      files.add(
          new RemoteFile(
              path,
              size.isIntegralNumber() && size.canConvertToLong() && size.asLong() >= 0
                  ? OptionalLong.of(size.asLong())
                  : OptionalLong.empty(),
              matching(lfs.has("sha256") ? lfs.path("sha256") : lfs.path("oid"), SHA256),
              lfs.isObject() ? Optional.empty() : matching(file.path("blobId"), SHA1)));
    }
    return new Listing(commit, files);
  }

  private static Optional<String> matching(JsonNode node, Pattern pattern) {
    return Optional.ofNullable(node.textValue()).filter(t -> pattern.matcher(t).matches());
  }

  private static void requireInside(String path, String where) {
    boolean bad = path.indexOf('\\') >= 0 || path.chars().anyMatch(Character::isISOControl);
    for (String part : path.split("/", -1)) {
      bad |= part.isEmpty() || part.equals(".") || part.equals("..");
    }
    if (bad) {
      throw PbqException.badData(where + ": a file's path leads out of the repository: " + path);
    }
    if (!FileNames.isPath(path)) {
      throw PbqException.badData(
          where + ": a file's path cannot be one in this system's encoding of names: " + path);
    }
  }
}
