#!/usr/bin/env bash
# com.knuddels:jtokkit 1.1.0
#
# Guess: a model name that the library doesn't know gives no encoding (gpt-5, o1, o3-mini: they do).
# Behaviour: names that begin with gpt-4 but aren't gpt-4o get GPT-4's cl100k_base without a word: gpt-4.1, gpt-4.1-mini,
#   gpt-4.5-preview, whose vocabulary is o200k_base. Where the two differ most, in Indic scripts, the count is threefold.
# Seen: gpt-4.1 cl100k_base; a Hindi sentence: 31 tokens counted for gpt-4.1, 10 in o200k_base; gpt-5 none
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > pom.xml <<'X'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>x</groupId><artifactId>x</artifactId><version>1</version><dependencies><dependency>
<groupId>com.knuddels</groupId><artifactId>jtokkit</artifactId><version>1.1.0</version>
</dependency></dependencies></project>
X
mvn -q dependency:copy-dependencies -DoutputDirectory=jars > mvn.log 2>&1 || { cat mvn.log; exit 1; }
cat > Seen.java <<'X'
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.*;

public class Seen {
  public static void main(String[] args) {
    EncodingRegistry registry = Encodings.newDefaultEncodingRegistry();
    for (String model : new String[] {"gpt-4o", "gpt-4.1", "gpt-4.1-mini", "gpt-4.5-preview", "gpt-5", "o1"})
      System.out.println(model + " " + registry.getEncodingForModel(model).map(Encoding::getName).orElse("none"));
    String hindi = "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e, \u092f\u0939 \u090f\u0915 \u092a\u0930\u0940\u0915\u094d\u0937\u0923 \u0939\u0948";
    System.out.println("tokens as gpt-4.1 " + registry.getEncodingForModel("gpt-4.1").get().countTokens(hindi)
        + ", in o200k_base " + registry.getEncoding(EncodingType.O200K_BASE).countTokens(hindi));
  }
}
X
seen=$(java -cp 'jars/*' Seen.java)
echo "$seen"
[ "$seen" = "gpt-4o o200k_base
gpt-4.1 cl100k_base
gpt-4.1-mini cl100k_base
gpt-4.5-preview cl100k_base
gpt-5 none
o1 none
tokens as gpt-4.1 31, in o200k_base 10" ] || { echo "changed: the lines above"; exit 1; }
